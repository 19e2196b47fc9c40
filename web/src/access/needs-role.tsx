import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Permission } from '../api/access';
import { strings } from '../strings';
import { useMay } from './session';

const rolesWith: Partial<Readonly<Record<Permission, string>>> = {
  'conflicts:resolve': 'steward or engineer',
  'personal:read': 'steward, engineer or admin',
  'ops:run': 'engineer or admin',
};

export interface NeedsRoleProps {
  readonly permission: Permission;
  readonly pipeline: string;
  /** What the children do, as the beginning of a sentence. */
  readonly what: string;
  readonly children: ReactNode;
}

/** The children, for whoever may; for everybody else, which role it takes. */
export function NeedsRole({ permission, pipeline, what, children }: NeedsRoleProps) {
  const may = useMay(permission, pipeline);
  if (may) return children;
  return (
    <Text size="sm" c="dimmed">
      {strings.access.needs(what, rolesWith[permission] ?? 'admin')}
    </Text>
  );
}

import { createContext, useContext, useMemo, type ReactNode } from 'react';
import type { Json, Target } from '../api/types';

const Names = createContext<ReadonlyMap<string, string>>(new Map());

export interface TargetNamesProps {
  readonly targets: readonly Target[];
  readonly children: ReactNode;
}

/** What the values of references below are called: the records that they point to. */
export function TargetNames({ targets, children }: TargetNamesProps) {
  const names = useMemo(() => new Map(targets.map(({ id, title }) => [id, title])), [targets]);
  return <Names value={names}>{children}</Names>;
}

/** Values that are compared, with the names of the records that they point to. */
export function Values({
  targets,
  hidden = false,
  children,
}: TargetNamesProps & { readonly hidden?: boolean }) {
  return (
    <TargetNames targets={targets}>
      <div className="values" hidden={hidden}>
        {children}
      </div>
    </TargetNames>
  );
}

/** `null` for what is no value of a reference, or points to a record that may not be named. */
export function useTargetName(): (value: Json | undefined) => string | null {
  const names = useContext(Names);
  return (value) => (typeof value === 'string' ? (names.get(value) ?? null) : null);
}

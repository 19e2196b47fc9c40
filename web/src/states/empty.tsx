import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

export interface EmptyProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  /** 1 where the screen has no other heading. */
  readonly order?: 1 | 2;
}

export function Empty({ icon, title, children, order = 2 }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center" className="empty">
      <div className="empty-icon" aria-hidden>
        {icon}
      </div>
      <Title order={order} size="h3">
        {title}
      </Title>
      {typeof children === 'string' ? (
        <Text c="dimmed" size="sm" maw={440}>
          {children}
        </Text>
      ) : (
        children
      )}
    </Stack>
  );
}

import { Code, Group, Text } from '@mantine/core';
import { IconArrowsExchange } from '@tabler/icons-react';
import { Empty } from '../states/empty';
import { strings } from '../strings';

export function NoPipelines({ order = 2 }: { readonly order?: 1 | 2 }) {
  return (
    <Empty
      icon={<IconArrowsExchange size={28} stroke={1.5} />}
      title={strings.overview.emptyTitle}
      order={order}
    >
      <Text c="dimmed" size="sm" maw={440}>
        {strings.overview.empty}
      </Text>
      <Group justify="center">
        <Code>{strings.overview.emptyCommand}</Code>
      </Group>
    </Empty>
  );
}

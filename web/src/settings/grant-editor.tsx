import { ActionIcon, Button, Fieldset, Group, Select, Stack, Text } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import type { Grant } from '../api/access';
import { usePipelines } from '../api/queries';
import { strings } from '../strings';
import { grantWords } from './grant-words';

const words = strings.access;
const texts = words.people;
const roles = ['viewer', 'steward', 'engineer', 'admin'] as const;

export interface GrantEditorProps {
  readonly grants: readonly Grant[];
  readonly onChange: (grants: readonly Grant[]) => void;
}

/** Roles, each on one pipeline or on all. */
export function GrantEditor({ grants, onChange }: GrantEditorProps) {
  const { data: pipelines = [] } = usePipelines();
  const change = (at: number, grant: Grant) => onChange(grants.map((one, i) => (i === at ? grant : one)));
  return (
    <Fieldset legend={texts.roles} variant="unstyled" className="grant-editor">
      <Stack gap="sm" mt={6}>
        {grants.map((grant, at) => (
          // Rows have no identity but their place.
          <div key={at}>
            <Group gap="xs" wrap="nowrap" align="flex-end">
              <Select
                label={texts.role}
                className="grant-role"
                data={roles.map((role) => ({ value: role, label: words.roles[role] ?? role }))}
                value={grant.role}
                allowDeselect={false}
                onChange={(role) => {
                  if (role === null) return;
                  change(at, { role: role, pipeline: role === 'admin' ? '*' : grant.pipeline });
                }}
              />
              <Select
                label={texts.pipeline}
                className="grant-pipeline"
                data={[
                  { value: '*', label: words.everywhere },
                  ...[...new Set([...pipelines.map(({ name }) => name), grant.pipeline])]
                    .filter((name) => name !== '*')
                    .map((name) => ({ value: name, label: name })),
                ]}
                value={grant.pipeline}
                allowDeselect={false}
                disabled={grant.role === 'admin'}
                onChange={(pipeline) => change(at, { ...grant, pipeline: pipeline ?? '*' })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={texts.removeRole(grantWords(grant))}
                onClick={() => onChange(grants.filter((_, i) => i !== at))}
              >
                <IconX size={17} />
              </ActionIcon>
            </Group>
            <Text size="xs" c="dimmed" mt={3}>
              {words.roleHints[grant.role]}
            </Text>
          </div>
        ))}
        <div>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={15} />}
            onClick={() => onChange([...grants, { role: 'viewer', pipeline: '*' }])}
          >
            {texts.addRole}
          </Button>
        </div>
      </Stack>
    </Fieldset>
  );
}

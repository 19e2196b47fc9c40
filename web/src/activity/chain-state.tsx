import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconAlertTriangle, IconLink } from '@tabler/icons-react';
import { getChain, verifyChain, type AuditChain } from '../api/audit';
import { Ago } from '../format/time';
import { QueryState } from '../states/query-state';
import { tellFailed } from '../states/told';
import { activityStrings } from '../strings-activity';

const words = activityStrings.chain;
const chainKey = ['audit', 'chain'] as const;

/** Whether the audit log is as it was written: when that was proved, by whom, and how far; and the button that proves it. */
export function ChainState() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: chainKey,
    queryFn: async ({ signal }) => (await getChain(signal)).data,
  });
  const verifying = useMutation({
    mutationFn: wholeChain,
    onSuccess: (chain) => {
      client.setQueryData(chainKey, chain);
    },
    onError: tellFailed,
  });
  return (
    <section className="panel" aria-label={words.title}>
      <QueryState query={query} lines={2}>
        {(chain) => (
          <Stack gap="xs">
            <Verdict chain={chain} />
            <Text size="xs" c="dimmed">
              {words.rows(chain.rows)} {words.head} <Code className="chain-head">{chain.head}</Code>
            </Text>
            <Group gap="xs">
              <Button
                size="xs"
                variant="default"
                loading={verifying.isPending}
                onClick={() => verifying.mutate('last')}
              >
                {words.verify}
              </Button>
              {chain.checked !== null && (
                <Button
                  size="xs"
                  variant="subtle"
                  disabled={verifying.isPending}
                  onClick={() => verifying.mutate('start')}
                >
                  {words.verifyAll}
                </Button>
              )}
            </Group>
          </Stack>
        )}
      </QueryState>
    </section>
  );
}

function Verdict({ chain: { checked } }: { readonly chain: AuditChain }) {
  if (checked === null) return <Text size="sm">{words.never}</Text>;
  if (!checked.intact)
    return (
      <Alert
        color="red"
        variant="light"
        role="alert"
        icon={<IconAlertTriangle size={19} />}
        title={words.broken}
      >
        <ul className="chain-faults">
          {checked.faults.slice(0, 5).map(({ seq, fault, detail }) => (
            <li key={`${String(seq)} ${fault}`}>{words.fault(seq, fault, detail)}</li>
          ))}
        </ul>
        {checked.faults.length > 5 && <Text size="sm">{words.more(checked.faults.length - 5)}</Text>}
      </Alert>
    );
  return (
    <Group gap="xs" role="status">
      <IconLink size={18} aria-hidden />
      <Text size="sm">
        {words.whole(checked.upTo, checked.since)} {words.by(checked.by)} <Ago at={checked.at} />
      </Text>
    </Group>
  );
}

/** A look has an end; a long log takes several. */
async function wholeChain(from: 'last' | 'start'): Promise<AuditChain> {
  let chain = (await verifyChain(from)).data;
  while (chain.checked?.complete === false && chain.checked.intact) chain = (await verifyChain('last')).data;
  return chain;
}

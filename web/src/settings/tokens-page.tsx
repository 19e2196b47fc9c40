import { Badge, Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { listTokens, revokeToken, type Token } from '../api/access';
import { useNow } from '../format/beat';
import { Ago, exact } from '../format/time';
import { QueryState } from '../states/query-state';
import { strings } from '../strings';
import { MakeToken } from './make-token';
import { ShownOnce } from './shown-once';
import { tellDone, tellFailed } from '../states/told';
import { tokensKey } from './tokens-key';

const texts = strings.access.tokens;

export function TokensPage() {
  const query = useQuery({
    queryKey: tokensKey,
    queryFn: async ({ signal }) => (await listTokens(signal)).data,
  });
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <section className="panel">
      <Group justify="space-between" align="flex-start">
        <div>
          <Title order={2}>{strings.access.settings.tokens}</Title>
          <Text size="sm" c="dimmed">
            {texts.lead}
          </Text>
        </div>
        <Button size="xs" leftSection={<IconPlus size={15} />} onClick={() => setMaking(true)}>
          {texts.make}
        </Button>
      </Group>
      <QueryState query={query} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">{texts.none}</Text>
          ) : (
            <ul className="plain-list entries">
              {items.map((token) => (
                <TokenEntry key={token.id} token={token} />
              ))}
            </ul>
          )
        }
      </QueryState>
      {making && (
        <MakeToken
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setSecret(made);
          }}
        />
      )}
      {secret !== null && (
        <ShownOnce
          title={texts.secretTitle}
          hint={texts.secretHint}
          secret={secret}
          onClose={() => setSecret(null)}
        />
      )}
    </section>
  );
}

function TokenEntry({ token }: { readonly token: Token }) {
  const client = useQueryClient();
  const now = useNow(60_000);
  const revoking = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: () => {
      tellDone(texts.revokedDone(token.name));
      return client.invalidateQueries({ queryKey: tokensKey });
    },
    onError: tellFailed,
  });
  const ended =
    token.revokedAt !== null ? texts.revoked : Date.parse(token.expiresAt) < now ? texts.expired : null;
  return (
    <li className="entry">
      <Stack gap={4} className="entry-words">
        <Group gap="xs">
          <Text fw={600}>{token.name}</Text>
          {ended !== null && <Badge color="gray">{ended}</Badge>}
        </Group>
        <Text size="sm">{token.scopes.map((scope) => texts.scopeNames[scope] ?? scope).join(' · ')}</Text>
        <Text size="xs" c="dimmed">
          {texts.begins} <Code>{token.begins}</Code> · {texts.used} <Ago at={token.usedAt} /> ·{' '}
          {texts.expires} {exact(token.expiresAt).split(' · ')[0]}
        </Text>
      </Stack>
      {ended === null && (
        <Button
          size="xs"
          variant="default"
          aria-label={texts.revokeOf(token.name)}
          loading={revoking.isPending}
          onClick={() => revoking.mutate()}
        >
          {texts.revoke}
        </Button>
      )}
    </li>
  );
}

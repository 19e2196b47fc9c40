import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { testConnection, type ConnectionTest } from '../api/connections';
import { tellFailed } from '../states/told';

/** A test of one connection; `result` stays while it is tested again. */
export interface ShownTest {
  readonly running: boolean;
  readonly result: ConnectionTest | null;
}

const none: ShownTest = { running: false, result: null };

export function useConnectionTests(): {
  readonly of: (name: string) => ShownTest;
  readonly start: (name: string) => void;
} {
  const [tests, setTests] = useState<Readonly<Record<string, ShownTest>>>({});
  const note = (name: string, news: Partial<ShownTest>) =>
    setTests((before) => ({ ...before, [name]: { ...(before[name] ?? none), ...news } }));
  const testing = useMutation({
    mutationFn: async (name: string) => (await testConnection(name)).data,
    onMutate: (name) => note(name, { running: true }),
    onSuccess: (result, name) => note(name, { running: false, result }),
    onError: (error, name) => {
      note(name, { running: false });
      tellFailed(error);
    },
  });
  return { of: (name) => tests[name] ?? none, start: (name) => testing.mutate(name) };
}

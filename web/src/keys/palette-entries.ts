import type { useMantineColorScheme } from '@mantine/core';
import type { useNavigate } from 'react-router';
import type { Pipeline } from '../api/types';
import { tell } from '../states/told';
import { strings } from '../strings';
import { connectionStrings } from '../strings-connections';
import { keyLabel } from './chord';
import { commands } from './commands';
import { decides } from './key-map';
import type { KeyTable } from './key-table';

export interface PaletteEntry {
  readonly id: string;
  readonly name: string;
  /** The key that does the same. */
  readonly keys?: string | undefined;
  readonly run: () => void;
}

export interface PaletteMeans {
  readonly table: KeyTable;
  readonly pipelines: readonly Pipeline[];
  readonly managesPeople: boolean;
  readonly managesConnections: boolean;
  readonly navigate: ReturnType<typeof useNavigate>;
  readonly setScheme: ReturnType<typeof useMantineColorScheme>['setColorScheme'];
}

const words = strings.keys.palette;

/** Everything that can be done from where the reader is, best first, with its key: whoever uses it often stops needing this list. */
export function paletteEntries(typed: string, means: PaletteMeans): readonly PaletteEntry[] {
  const { navigate } = means;
  const to = (id: string, name: string, path: string): PaletteEntry => ({
    id,
    name,
    run: () => void navigate(path),
  });
  const settings = strings.access.settings;
  const entries = [
    ...here(means),
    ...means.pipelines.map(({ name }) =>
      to(`pipeline ${name}`, words.pipeline(name), `/pipelines/${encodeURIComponent(name)}`),
    ),
    to('account', words.settings(settings.account), '/settings/account'),
    to('tokens', words.settings(settings.tokens), '/settings/tokens'),
    to('keyboard', words.settings(strings.keys.settings.title), '/settings/keyboard'),
    ...(means.managesConnections
      ? [to('connections', words.settings(connectionStrings.title), '/settings/connections')]
      : []),
    ...(means.managesPeople ? [to('people', words.settings(settings.people), '/settings/people')] : []),
    ...(['light', 'dark', 'auto'] as const).map((scheme) => ({
      id: `scheme ${scheme}`,
      name: words.scheme(strings.scheme[scheme]),
      run: () => means.setScheme(scheme),
    })),
  ];
  const asked = typed.trim();
  if (asked === '') return entries;
  const parts = asked.toLowerCase().split(/\s+/);
  const found = entries.filter(({ name }) => parts.every((part) => name.toLowerCase().includes(part)));
  return [...found, to('records', words.records(asked), `/records?q=${encodeURIComponent(asked)}`)];
}

function here({ table }: PaletteMeans): readonly PaletteEntry[] {
  return table.bindings
    .filter(({ action }) => action !== 'palette' && commands.has(action))
    .map(({ action, keys: [key] }) => ({
      id: action,
      name: strings.keys.actions[action],
      keys: key,
      run: () => {
        // Chosen by Enter, and Enter never decides.
        if (decides(action)) tell(words.keyOnly(keyLabel(key ?? strings.keys.settings.none)));
        else commands.handlerOf(action)?.();
      },
    }));
}

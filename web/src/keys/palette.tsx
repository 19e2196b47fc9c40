import { Text, TextInput, useMantineColorScheme } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useId, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useNavigate } from 'react-router';
import { useMay } from '../access/session';
import { usePipelines } from '../api/queries';
import { Dialog } from '../states/dialog';
import { strings } from '../strings';
import { KeyCaps } from './key-caps';
import { useKeyTable } from './key-store';
import { paletteEntries, type PaletteEntry } from './palette-entries';

const words = strings.keys.palette;

/** All commands in one list that is searched by typing. The focus stays in the field; the arrows say which command is meant. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const id = useId();
  const { data: pipelines = [] } = usePipelines();
  const { setColorScheme } = useMantineColorScheme();
  const entries = paletteEntries(typed, {
    table: useKeyTable(),
    pipelines,
    managesPeople: useMay('people:manage'),
    managesConnections: useMay('connections:manage', '*'),
    navigate: useNavigate(),
    setScheme: setColorScheme,
  });
  const meant = Math.min(at, entries.length - 1);
  const optionId = (index: number) => `${id}-${String(index)}`;

  const choose = (entry: PaletteEntry | undefined) => {
    if (!entry) return;
    onClose();
    // When the dialog has given the focus back.
    setTimeout(entry.run);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    const step = steps[event.key];
    if (event.key === 'Enter') choose(entries[meant]);
    else if (step === undefined) return;
    else setAt(Math.min(Math.max(meant + step, 0), entries.length - 1));
    event.preventDefault();
  };
  return (
    <Dialog title={words.title} onClose={onClose} size="lg" at="top">
      <TextInput
        role="combobox"
        aria-label={words.search}
        aria-expanded
        aria-controls={id}
        aria-autocomplete="list"
        aria-activedescendant={optionId(meant)}
        placeholder={words.search}
        leftSection={<IconSearch size={17} aria-hidden />}
        value={typed}
        data-autofocus
        maxLength={200}
        autoComplete="off"
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
      />
      <ul className="palette" role="listbox" id={id} aria-label={words.title}>
        {entries.map((entry, i) => (
          <Option
            key={entry.id}
            id={optionId(i)}
            entry={entry}
            selected={i === meant}
            onChoose={() => choose(entry)}
          />
        ))}
      </ul>
    </Dialog>
  );
}

interface OptionProps {
  readonly id: string;
  readonly entry: PaletteEntry;
  readonly selected: boolean;
  readonly onChoose: () => void;
}

function Option({ id, entry: { name, keys }, selected, onChoose }: OptionProps) {
  const item = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    if (selected) item.current?.scrollIntoView({ block: 'nearest' });
  }, [selected]);
  return (
    <li
      ref={item}
      id={id}
      role="option"
      aria-selected={selected}
      className="palette-option"
      onClick={onChoose}
    >
      <Text size="sm" component="span">
        {name}
      </Text>
      {keys !== undefined && <KeyCaps keys={keys} size="xs" />}
    </li>
  );
}

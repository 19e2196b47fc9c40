import { Button, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconFilter, IconPlus } from '@tabler/icons-react';
import { memo, Suspense, useRef, useState, type KeyboardEvent } from 'react';
import { useKeys } from '../keys/use-keys';
import { lazily } from '../states/lazily';
import { filterStrings as words } from '../strings-filter';
import { FilterChips, type FilterChip } from './filter-chips';
import { isNamed, readTerms, withoutTerm, withTerm } from './filter-terms';
import { QueueTabs } from './queue-tabs';
import { queueFilter, type Tab } from './tabs';

const FilterMenu = lazily(async () => (await import('./filter-menu')).FilterMenu);

export interface QueueView {
  readonly tab: Tab;
  /** In the grammar of the service. */
  readonly text: string;
  /** Of a link from elsewhere. */
  readonly pipeline: string;
  readonly unit: string;
}

export interface ConflictFiltersProps {
  readonly view: QueueView;
  /** Where in the text the service could not read it, from 0. */
  readonly fault: number | null;
  readonly onChange: (view: QueueView) => void;
}

/** Which part of the queue: a tab, and conditions that are typed or chosen, each a chip. */
export const ConflictFilters = memo(function ConflictFilters({
  view,
  fault,
  onChange,
}: ConflictFiltersProps) {
  const [draft, setDraft] = useState('');
  const [menu, menuActions] = useDisclosure(false);
  const input = useRef<HTMLInputElement>(null);
  useKeys({ search: () => input.current?.focus() });
  const terms = readTerms(view.text);

  const add = (text: string) => onChange({ ...view, text: withTerm(view.text, text) });
  const type = (text: string) => {
    const taken = /\s$/.test(text) && isNamed(text);
    setDraft(taken ? '' : text);
    if (taken) add(text);
  };
  const change = (term: (typeof terms)[number]) => {
    setDraft(withTerm(draft, term.text));
    onChange({ ...view, text: withoutTerm(view.text, term) });
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = terms.at(-1);
    if (event.key === 'Enter' && draft.trim() !== '') {
      add(draft);
      setDraft('');
    } else if (event.key === 'Backspace' && draft === '' && last !== undefined) {
      event.preventDefault();
      change(last);
    }
  };
  const linked = (['pipeline', 'unit'] as const).flatMap((name): FilterChip[] =>
    view[name] === ''
      ? []
      : [
          {
            term: { name: name === 'unit' ? 'field' : name, negated: false, values: [view[name]] },
            bad: false,
            onRemove: () => onChange({ ...view, [name]: '' }),
          },
        ],
  );
  const typed = terms.map((term): FilterChip => ({
    term,
    bad: fault !== null && fault >= term.at && fault <= term.at + term.text.length,
    onChange: () => change(term),
    onRemove: () => onChange({ ...view, text: withoutTerm(view.text, term) }),
  }));
  return (
    <div className="filters">
      <QueueTabs tab={view.tab} onChoose={(tab) => onChange({ ...view, tab })} />
      <div className="filter-line">
        <TextInput
          ref={input}
          size="xs"
          aria-label={words.label}
          placeholder={words.placeholder}
          title={words.hint}
          leftSection={<IconFilter size={14} aria-hidden />}
          value={draft}
          maxLength={500}
          onKeyDown={onKeyDown}
          onChange={(event) => type(event.currentTarget.value)}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          aria-label={words.addLong}
          onClick={menuActions.open}
        >
          {words.add}
        </Button>
      </div>
      <FilterChips
        chips={[...linked, ...typed]}
        onClear={() => onChange({ ...view, text: '', pipeline: '', unit: '' })}
      />
      {menu && (
        <Suspense>
          <FilterMenu filter={queueFilter(view.tab, view.text)} onAdd={add} onClose={menuActions.close} />
        </Suspense>
      )}
    </div>
  );
}, isSame);

/** What is done with a change does not depend on when the function for it was made. */
function isSame(one: ConflictFiltersProps, other: ConflictFiltersProps): boolean {
  const [x, y] = [one.view, other.view];
  return (
    one.fault === other.fault &&
    x.tab === y.tab &&
    x.text === y.text &&
    x.pipeline === y.pipeline &&
    x.unit === y.unit
  );
}

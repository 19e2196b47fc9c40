import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter } from '@tabler/icons-react';
import { useRef, useState } from 'react';
import { usePipelines } from '../api/queries';
import { useFacets } from '../api/queue';
import { useKeys } from '../keys/use-keys';
import { strings } from '../strings';
import { queueStrings as words } from '../strings-queue';
import { isTab, queueFilter, tabs, type Tab } from './tabs';
import { unitName } from './unit-name';

export interface QueueView {
  readonly tab: Tab;
  /** As typed, in the grammar of the service. */
  readonly text: string;
  readonly pipeline: string;
  readonly unit: string;
}

export interface ConflictFiltersProps {
  readonly view: QueueView;
  readonly onChange: (view: QueueView) => void;
}

const names = Object.keys(tabs).filter(isTab);

/** Which part of the queue: a tab, a pipeline, a field, and anything that the filter's words can say. */
export function ConflictFilters({ view, onChange }: ConflictFiltersProps) {
  const { data: pipelines = [] } = usePipelines();
  const [text, setText] = useState(view.text);
  const input = useRef<HTMLInputElement>(null);
  const soon = useDebouncedCallback((typed: string) => onChange({ ...view, text: typed.trim() }), 300);
  useKeys({ search: () => input.current?.focus() });
  // What was typed stays as it was typed; only another filter (Back, a link, cleared) replaces it.
  const [shown, setShown] = useState(view.text);
  if (shown !== view.text) {
    setShown(view.text);
    if (view.text !== text.trim()) setText(view.text);
  }
  const chosen = pipelines.filter(({ name }) => view.pipeline === '' || name === view.pipeline);
  const fields = [...new Set(chosen.flatMap((pipeline) => Object.keys(pipeline.policies)))].sort();
  const known = [...fields, '$life', '$match', '$guard', '$halt'];
  const units = known.includes(view.unit) || view.unit === '' ? known : [...known, view.unit];
  return (
    <div className="filters">
      <nav className="queue-tabs" aria-label={words.tabs.label}>
        {names.map((tab) => (
          <TabButton key={tab} tab={tab} view={view} onChoose={() => onChange({ ...view, tab })} />
        ))}
      </nav>
      <TextInput
        ref={input}
        size="xs"
        aria-label={words.filterLabel}
        placeholder={words.filter}
        leftSection={<IconFilter size={14} aria-hidden />}
        value={text}
        maxLength={1000}
        onChange={(event) => {
          setText(event.currentTarget.value);
          soon(event.currentTarget.value);
        }}
      />
      <div className="filter-pair">
        <Select
          size="xs"
          clearable
          aria-label={strings.conflicts.filterPipeline}
          placeholder={`${strings.conflicts.filterPipeline}: ${strings.conflicts.all}`}
          value={view.pipeline === '' ? null : view.pipeline}
          data={pipelines.map((pipeline) => pipeline.name)}
          clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
          onChange={(pipeline) => onChange({ ...view, pipeline: pipeline ?? '', unit: '' })}
        />
        <Select
          size="xs"
          clearable
          searchable
          aria-label={strings.conflicts.filterUnit}
          placeholder={`${strings.conflicts.filterUnit}: ${strings.conflicts.all}`}
          value={view.unit === '' ? null : view.unit}
          data={units.map((unit) => ({ value: unit, label: unitName(unit) }))}
          clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
          onChange={(unit) => onChange({ ...view, unit: unit ?? '' })}
        />
      </div>
    </div>
  );
}

interface TabButtonProps {
  readonly tab: Tab;
  readonly view: QueueView;
  readonly onChoose: () => void;
}

function TabButton({ tab, view, onChoose }: TabButtonProps) {
  const counted = tab === 'mine' || tab === 'deletes';
  const { data } = useFacets(counted ? queueFilter(tab, '') : '');
  const open = data?.ignored.length === 0 ? data.state.open : undefined;
  return (
    <button
      type="button"
      className="queue-tab"
      aria-current={view.tab === tab ? 'true' : undefined}
      onClick={onChoose}
    >
      {words.tabs[tab]}
      {counted && open !== undefined && open > 0 && <span className="queue-tab-count">{open}</span>}
    </button>
  );
}

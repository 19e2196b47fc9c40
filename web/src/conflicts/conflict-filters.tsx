import { SegmentedControl, Select } from '@mantine/core';
import { usePipelines } from '../api/queries';
import type { ConflictFilter } from '../api/endpoints';
import { strings } from '../strings';
import { unitName } from './unit-name';

export interface ConflictFiltersProps {
  readonly filter: ConflictFilter;
  readonly onChange: (filter: ConflictFilter) => void;
}

const states = ['open', 'held', 'closed'] as const;

export function ConflictFilters({ filter, onChange }: ConflictFiltersProps) {
  const { data: pipelines = [] } = usePipelines();
  const chosen = pipelines.filter((pipeline) => filter.pipeline === '' || pipeline.name === filter.pipeline);
  const fields = [...new Set(chosen.flatMap((pipeline) => Object.keys(pipeline.policies)))].sort();
  const known = [...fields, '$life', '$match'];
  const units = known.includes(filter.unit) || filter.unit === '' ? known : [...known, filter.unit];
  return (
    <div className="filters">
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={strings.conflicts.filterState}
        value={filter.state}
        data={states.map((state) => ({ value: state, label: strings.conflicts.states[state] }))}
        onChange={(state) => onChange({ ...filter, state })}
      />
      <div className="filter-pair">
        <Select
          size="xs"
          clearable
          aria-label={strings.conflicts.filterPipeline}
          placeholder={`${strings.conflicts.filterPipeline}: ${strings.conflicts.all}`}
          value={filter.pipeline === '' ? null : filter.pipeline}
          data={pipelines.map((pipeline) => pipeline.name)}
          clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
          onChange={(pipeline) => onChange({ ...filter, pipeline: pipeline ?? '', unit: '' })}
        />
        <Select
          size="xs"
          clearable
          searchable
          aria-label={strings.conflicts.filterUnit}
          placeholder={`${strings.conflicts.filterUnit}: ${strings.conflicts.all}`}
          value={filter.unit === '' ? null : filter.unit}
          data={units.map((unit) => ({ value: unit, label: unitName(unit) }))}
          clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
          onChange={(unit) => onChange({ ...filter, unit: unit ?? '' })}
        />
      </div>
    </div>
  );
}

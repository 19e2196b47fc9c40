import { Group, Select, Title } from '@mantine/core';
import { useState } from 'react';
import type { RecordDetail } from '../api/types';
import { strings } from '../strings';
import { Timeline } from './timeline';

/** Everything that ever happened to the record, or to one of its fields. */
export function Lineage({ record }: { readonly record: RecordDetail }) {
  const [field, setField] = useState('');
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{strings.record.lineage}</Title>
        <Select
          size="xs"
          clearable
          aria-label={strings.record.lineageField}
          placeholder={`${strings.record.lineageField}: ${strings.conflicts.all}`}
          value={field === '' ? null : field}
          data={record.fields.map((entry) => entry.field)}
          clearButtonProps={{ 'aria-label': strings.conflicts.clearFilter }}
          onChange={(value) => setField(value ?? '')}
        />
      </Group>
      <Timeline record={record.id} systems={record.systems} field={field} />
    </section>
  );
}

import { Badge, Text } from '@mantine/core';
import { Link } from 'react-router';
import type { FieldSide, RecordDetail, RecordField, Side } from '../api/types';
import { isCovered } from '../api/revealed';
import { AuthorName, ClockText } from '../conflicts/candidate-row';
import { When } from '../format/time';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import { shapeOf } from '../value/shape';
import { ValueView } from '../value/value-view';
import { recordColor } from './state-colors';

/** A table where there is room; on a narrow screen each row becomes a block whose cells carry their column's name. */
export function FieldTable({ record }: { readonly record: RecordDetail }) {
  return (
    <div className="table-frame">
      <table className="field-table">
        <thead>
          <tr>
            <th scope="col">{strings.record.field}</th>
            <th scope="col">{strings.record.agreed}</th>
            <SideHead record={record} side="A" />
            <SideHead record={record} side="B" />
            <th scope="col">{strings.record.state}</th>
          </tr>
        </thead>
        <tbody>
          {record.fields.map((field) => (
            <FieldRow key={field.field} field={field} record={record} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function SideHead({ record, side }: { readonly record: RecordDetail; readonly side: Side }) {
  return (
    <th scope="col">
      <span className="with-icon">
        <SideBadge side={side} /> {record.systems[side]}
      </span>
    </th>
  );
}

function FieldRow({ field, record }: { readonly field: RecordField; readonly record: RecordDetail }) {
  const shape = shapeOf([field.value, field.A?.value, field.B?.value]);
  return (
    <tr data-state={field.state}>
      <th scope="row" className="field-name">
        <span>{field.field}</span>
        <ClockText clock={field.clock} />
      </th>
      <td data-label={strings.record.agreed}>
        <ValueView value={field.value} shape={shape} />
      </td>
      <SideCell field={field} side="A" label={record.systems.A} />
      <SideCell field={field} side="B" label={record.systems.B} />
      <td data-label={strings.record.state} className="field-state">
        {field.state === 'in-sync' ? (
          <Text size="sm" c="dimmed" component="span">
            {strings.record.states[field.state]}
          </Text>
        ) : (
          <Badge color={recordColor(field.state)}>{strings.record.states[field.state]}</Badge>
        )}
        {field.state === 'conflict' && (
          <Link className="decide-link" to={conflictOf(record, field)}>
            {strings.record.conflict}
          </Link>
        )}
        <Text size="xs" c="dimmed">
          {field.why}
        </Text>
      </td>
    </tr>
  );
}

function SideCell({
  field,
  side,
  label,
}: {
  readonly field: RecordField;
  readonly side: Side;
  readonly label: string;
}) {
  const held: FieldSide | null = field[side];
  // Whether covered values are the same is not known here, and not said.
  const covered = isCovered(held?.value);
  const same = held !== null && !covered && JSON.stringify(held.value) === JSON.stringify(field.value);
  return (
    <td data-label={label} className={same || covered ? 'side-same' : 'side-differs'}>
      {held === null ? (
        <span className="value-blank">–</span>
      ) : same ? (
        <span className="same-mark">= {strings.record.same}</span>
      ) : (
        <>
          <ValueView value={held.value} against={field.value} shape={shapeOf([field.value, held.value])} />
          <Text size="xs" c="dimmed">
            <AuthorName by={held.by} /> · <When at={held.at} />
          </Text>
        </>
      )}
    </td>
  );
}

/** The record knows its conflicts, not which field each is about: with several, the list of that field. */
function conflictOf(record: RecordDetail, field: RecordField): string {
  const [only, other] = record.conflicts;
  if (only !== undefined && other === undefined) return `/conflicts/${only}`;
  return `/conflicts?pipeline=${encodeURIComponent(record.pipeline)}&unit=${encodeURIComponent(field.field)}`;
}

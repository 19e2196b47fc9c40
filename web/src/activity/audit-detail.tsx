import { Text } from '@mantine/core';
import type { AuditEvent } from '../api/audit';
import type { Json } from '../api/types';
import { activityStrings as words } from '../strings-activity';
import { isObject } from '../value/shape';
import { ValueView } from '../value/value-view';

interface Change {
  readonly name: string;
  readonly before?: Json;
  readonly after: Json;
}

/** What was done, field by field; what was there before beside what is there now, where both are known. */
export function AuditDetail({ event }: { readonly event: AuditEvent }) {
  const changes = changesOf(event.detail);
  return (
    <div className="audit-detail">
      {changes.length === 0 ? (
        <Text size="sm" c="dimmed">
          {words.nothingElse}
        </Text>
      ) : (
        <dl className="audit-changes">
          {changes.map(({ name, before, after }) => (
            <div key={name} className="audit-change">
              <dt>{name}</dt>
              <dd>
                {before === undefined ? (
                  <ValueView value={after} />
                ) : (
                  <span className="audit-pair">
                    <span>
                      <Text span size="xs" c="dimmed">
                        {words.before}{' '}
                      </Text>
                      <ValueView value={before} />
                    </span>
                    <span>
                      <Text span size="xs" c="dimmed">
                        {words.after}{' '}
                      </Text>
                      <ValueView value={after} />
                    </span>
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <Text size="xs" c="dimmed" className="audit-facts">
        {[
          `${words.place} ${event.seq.toLocaleString('en')}`,
          event.address === null ? null : `${words.from} ${event.address}`,
          event.requestId === null ? null : `${words.request} ${event.requestId}`,
        ]
          .filter((fact) => fact !== null)
          .join(' · ')}
      </Text>
    </div>
  );
}

/** Details come flat, or as `before` and `after` of the same names. */
function changesOf({ before, after, ...rest }: AuditEvent['detail']): readonly Change[] {
  const flat = Object.entries(rest).filter(([, value]) => value !== null);
  const changes: Change[] = flat.map(([name, value]) => ({ name, after: value }));
  if (!isObject(before) && !isObject(after)) return changes;
  const [was, is] = [isObject(before) ? before : {}, isObject(after) ? after : {}];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return [...names.map((name) => ({ name, before: was[name] ?? null, after: is[name] ?? null })), ...changes];
}

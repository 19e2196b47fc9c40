import { Text } from '@mantine/core';
import { Link } from 'react-router';
import type { GuardTrip } from '../api/types';
import { ValueView } from '../value/value-view';

/** Some of what a guard holds: which records, and what becomes of their values. */
export function GuardSample({ sample }: Pick<GuardTrip, 'sample'>) {
  return (
    <ul className="guard-sample">
      {sample.map((one) => (
        <li key={`${one.record} ${one.unit}`}>
          <Link to={`/records/${one.record}`}>{one.a ?? one.b ?? one.record}</Link>
          {one.unit !== '$life' && (
            <>
              <Text span size="sm" c="dimmed">
                {one.unit}
              </Text>
              <ValueView value={one.before} />
              <span aria-hidden>→</span>
              <ValueView value={one.after} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

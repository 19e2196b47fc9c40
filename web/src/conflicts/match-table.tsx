import { Text } from '@mantine/core';
import type { Json, Match, MatchCandidate } from '../api/types';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import { asText } from '../value/shape';
import { VisibleText } from '../value/visible-text';
import { unitName } from './unit-name';

export interface MatchTableProps {
  readonly match: Match;
  readonly systems: { readonly A: string; readonly B: string };
}

/** The record in question beside its candidates, field by field, with what each field says. */
export function MatchTable({ match, systems }: MatchTableProps) {
  const other = match.side === 'A' ? 'B' : 'A';
  const scrolled = strings.match.caption(systems[match.side]);
  return (
    <div className="match-scroll" role="region" aria-label={scrolled} tabIndex={0}>
      <table className="match-table">
        <caption className="visually-hidden">{scrolled}</caption>
        <thead>
          <tr>
            <th scope="col">{strings.match.field}</th>
            <th scope="col">
              <SideBadge side={match.side} /> {match.id}
            </th>
            {match.candidates.map(({ n, id }) => (
              <th scope="col" key={n}>
                <SideBadge side={other} /> {id}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Object.entries(match.values).map(([field, value]) => (
            <tr key={field}>
              <th scope="row">{unitName(field)}</th>
              <td>
                <Value value={value} />
              </td>
              {match.candidates.map((candidate) => (
                <td key={candidate.n}>
                  <Value value={candidate.values[field] ?? null} />
                  <Verdict candidate={candidate} field={field} />
                </td>
              ))}
            </tr>
          ))}
          <tr>
            <th scope="row">{strings.match.points}</th>
            <td />
            {match.candidates.map(({ n, points, gone }) => (
              <td key={n}>
                {points ?? strings.match.sameKey}
                {gone !== null && (
                  <Text size="xs" c="dimmed">
                    {strings.match.gone(gone)}
                  </Text>
                )}
              </td>
            ))}
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function Value({ value }: { readonly value: Json }) {
  return value === null ? (
    <Text span c="dimmed">
      –
    </Text>
  ) : (
    <VisibleText text={asText(value)} />
  );
}

function Verdict({ candidate, field }: { readonly candidate: MatchCandidate; readonly field: string }) {
  const verdict = candidate.verdicts.find((one) => one.field === field);
  if (verdict === undefined || verdict.verdict === 'blank') return null;
  const points = candidate.points === null ? '' : ` (${verdict.points > 0 ? '+' : ''}${verdict.points})`;
  return (
    <Text size="xs" c="dimmed" className={`match-${verdict.verdict}`}>
      {strings.match.verdicts[verdict.verdict] ?? verdict.verdict}
      {points}
    </Text>
  );
}

import { Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { Json, Match, MatchCandidate } from '../api/types';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import { ValueView } from '../value/value-view';
import { unitName } from './unit-name';

const words = strings.match;

export interface MatchTableProps {
  readonly match: Match;
  readonly systems: { readonly A: string; readonly B: string };
}

/** The record in question beside its candidates, field by field, with what each field says. What is the same everywhere is folded. */
export function MatchTable({ match, systems }: MatchTableProps) {
  const [all, { toggle }] = useDisclosure(false);
  const other = match.side === 'A' ? 'B' : 'A';
  const caption = words.caption(systems[match.side]);
  const fields = Object.entries(match.values);
  const telling = fields.filter(([field, value]) => tells(match, field, value));
  const folded = fields.length - telling.length;
  return (
    <div className="match">
      <div className="match-scroll" role="region" aria-label={caption} tabIndex={0}>
        <table className="match-table">
          <thead>
            <tr>
              <th scope="col">{words.field}</th>
              <Head side={match.side} system={systems[match.side]} id={match.id} />
              {match.candidates.map(({ n, id }) => (
                <Head key={n} side={other} system={systems[other]} id={id} />
              ))}
            </tr>
          </thead>
          <tbody>
            {(all ? fields : telling).map(([field, value]) => (
              <Row key={field} field={field} value={value} match={match} label={systems[match.side]} />
            ))}
            <tr className="match-points">
              <th scope="row">{words.points}</th>
              <td />
              {match.candidates.map(({ n, points, gone }) => (
                <td key={n} data-label={systems[other]}>
                  {points ?? words.sameKey}
                  {gone !== null && (
                    <Text size="xs" c="dimmed">
                      {words.gone(gone)}
                    </Text>
                  )}
                </td>
              ))}
            </tr>
          </tbody>
        </table>
      </div>
      {(folded > 0 || all) && telling.length < fields.length && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={toggle}
          aria-expanded={all}
          className="match-fold"
        >
          {all ? words.fold : words.unfold(folded)}
        </Button>
      )}
    </div>
  );
}

function Head({
  side,
  system,
  id,
}: {
  readonly side: 'A' | 'B';
  readonly system: string;
  readonly id: string;
}) {
  return (
    <th scope="col">
      <span className="with-icon">
        <SideBadge side={side} /> {system}
      </span>
      <span className="match-id mono">{id}</span>
    </th>
  );
}

interface RowProps {
  readonly field: string;
  readonly value: Json;
  readonly match: Match;
  readonly label: string;
}

function Row({ field, value, match, label }: RowProps) {
  return (
    <tr>
      <th scope="row">{unitName(field)}</th>
      <td data-label={label}>
        <ValueView value={value} />
      </td>
      {match.candidates.map((candidate) => (
        <td key={candidate.n} data-label={candidate.title}>
          <ValueView value={candidate.values[field] ?? null} {...(value !== null && { against: value })} />
          <Verdict candidate={candidate} field={field} />
        </td>
      ))}
    </tr>
  );
}

function Verdict({ candidate, field }: { readonly candidate: MatchCandidate; readonly field: string }) {
  const verdict = candidate.verdicts.find((one) => one.field === field);
  if (verdict === undefined || verdict.verdict === 'blank') return null;
  const points = candidate.points === null ? '' : ` (${verdict.points > 0 ? '+' : ''}${verdict.points})`;
  return (
    <Text size="xs" c="dimmed" className={`match-${verdict.verdict}`}>
      {words.verdicts[verdict.verdict] ?? verdict.verdict}
      {points}
    </Text>
  );
}

/** Something differs there, or it counted for or against a candidate. */
function tells(match: Match, field: string, value: Json): boolean {
  const text = JSON.stringify(value);
  return match.candidates.some(
    ({ values, verdicts }) =>
      JSON.stringify(values[field] ?? null) !== text ||
      verdicts.some((verdict) => verdict.field === field && verdict.verdict !== 'blank'),
  );
}

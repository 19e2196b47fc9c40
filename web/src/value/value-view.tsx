import { VisuallyHidden } from '@mantine/core';
import { Link } from 'react-router';
import type { Json } from '../api/types';
import { isCovered } from '../api/revealed';
import { strings } from '../strings';
import { queueStrings } from '../strings-queue';
import { diffParts, setParts, type Part } from './diff-parts';
import { asSet, asText, isObject, memberNames, shapeOf, type Shape } from './shape';
import { useTargetName } from './target-names';
import type { Place } from './visible';
import { VisibleText } from './visible-text';

export interface ValueViewProps {
  readonly value: Json;
  /** What to mark differences against; `undefined` marks nothing. */
  readonly against?: Json | undefined;
  /** Judged from all values on the card, so that all of them are drawn alike. */
  readonly shape?: Shape;
}

/** A value as people read it: text with its differences, a set as chips, a group as a table, JSON as an indented tree. */
export function ValueView({ value, against, shape = shapeOf([value, against]) }: ValueViewProps) {
  const nameOf = useTargetName();
  if (isCovered(value)) return <span className="value-blank">{queueStrings.covered}</span>;
  if (value === null && against === undefined) return <Blank />;
  if (nameOf(value) !== null || nameOf(against) !== null)
    return <TargetView value={value} against={against} nameOf={nameOf} />;
  switch (shape) {
    case 'set':
      return <SetView value={value} against={against} />;
    case 'members':
      return <MembersView value={value} against={against} />;
    case 'json':
      return (
        <TextView text={asText(value)} before={against === undefined ? undefined : asText(against)} code />
      );
    case 'text':
      return (
        <TextView
          text={asText(value)}
          before={against === undefined ? undefined : asText(against)}
          blank={value === null}
        />
      );
  }
}

interface TargetViewProps extends Pick<ValueViewProps, 'value' | 'against'> {
  readonly nameOf: ReturnType<typeof useTargetName>;
}

/** A record that is pointed to, by its name, and the one that was before. */
function TargetView({ value, against, nameOf }: TargetViewProps) {
  const name = nameOf(value);
  const now =
    value === null ? (
      <Blank />
    ) : name === null ? (
      <VisibleText text={asText(value)} />
    ) : (
      <Link to={`/records/${asText(value)}`} title={asText(value)}>
        <VisibleText text={name} />
      </Link>
    );
  const same = against === undefined || against === null || against === value;
  return (
    <span className="value-text">
      {!same && (
        <del className="diff-removed">
          <VisibleText text={nameOf(against) ?? asText(against)} changed />
        </del>
      )}
      {same ? now : <ins className="diff-added">{now}</ins>}
    </span>
  );
}

function Blank() {
  return <span className="value-blank">{strings.card.blank}</span>;
}

interface TextViewProps {
  readonly text: string;
  readonly before: string | undefined;
  readonly blank?: boolean;
  readonly code?: boolean;
}

function TextView({ text, before, blank = false, code = false }: TextViewProps) {
  const parts = before === undefined ? [{ kind: 'same' as const, text }] : diffParts(before, text);
  return (
    <span className={code ? 'value-text value-code' : 'value-text'}>
      <span aria-hidden={before !== undefined}>
        {parts.map((part, i) => (
          <PartView key={i} part={part} first={i === 0} last={i === parts.length - 1} layout={code} />
        ))}
        {text === '' && (blank ? <Blank /> : <span className="value-blank">{strings.card.emptyText}</span>)}
      </span>
      {before !== undefined && <SpokenDiff parts={parts} text={text} />}
    </span>
  );
}

function PartView({ part, ...place }: { readonly part: Part } & Place) {
  const text = <VisibleText text={part.text} {...place} changed={part.kind !== 'same'} />;
  if (part.kind === 'added') return <ins className="diff-added">{text}</ins>;
  if (part.kind === 'removed') return <del className="diff-removed">{text}</del>;
  return <span>{text}</span>;
}

function SpokenDiff({ parts, text }: { readonly parts: readonly Part[]; readonly text: string }) {
  const changes = parts
    .filter((part) => part.kind !== 'same')
    .map((part) => (part.kind === 'added' ? strings.card.added(part.text) : strings.card.removed(part.text)));
  return (
    <VisuallyHidden>
      {text === '' ? strings.card.blank : text}.{' '}
      {changes.length === 0 ? strings.card.unchanged : changes.join(', ')}.
    </VisuallyHidden>
  );
}

function SetView({ value, against }: { readonly value: Json; readonly against: Json | undefined }) {
  const parts = setParts(against === undefined ? asSet(value) : asSet(against), asSet(value));
  if (parts.length === 0) return <Blank />;
  return (
    <ul className="chips">
      {parts.map((part) => (
        <li key={`${part.kind} ${part.item}`} className={`chip chip-${part.kind}`}>
          {part.kind !== 'same' && (
            <>
              <span aria-hidden>{part.kind === 'added' ? '+ ' : '− '}</span>
              <VisuallyHidden>{part.kind === 'added' ? 'added ' : 'removed '}</VisuallyHidden>
            </>
          )}
          <VisibleText text={part.item} />
        </li>
      ))}
    </ul>
  );
}

function MembersView({ value, against }: { readonly value: Json; readonly against: Json | undefined }) {
  const now = isObject(value) ? value : {};
  const then = isObject(against) ? against : {};
  return (
    <dl className="members">
      {memberNames([value, against]).map((name) => (
        <div key={name} className="member">
          <dt>{name}</dt>
          <dd>
            <ValueView
              value={now[name] ?? null}
              against={against === undefined ? undefined : (then[name] ?? null)}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { Link } from 'react-router';
import type { Pipeline } from '../api/types';
import { strings } from '../strings';

type CountName = keyof Pipeline['counts'];

const shown: readonly CountName[] = [
  'linked',
  'inSync',
  'conflicts',
  'held',
  'blocked',
  'excluded',
  'unmatched',
];

export function Counts({
  pipeline,
  names = shown,
}: {
  readonly pipeline: Pipeline;
  readonly names?: readonly CountName[];
}) {
  // Most pipelines have no scope.
  const present = names.filter((name) => name !== 'excluded' || pipeline.counts.excluded > 0);
  return (
    <dl className="counts">
      {present.map((name) => {
        const count = pipeline.counts[name];
        const target = targetOf(name, pipeline.name);
        const text = count.toLocaleString('en');
        return (
          <div key={name} className={isConcern(name) && count > 0 ? 'count count-concern' : 'count'}>
            <dt>{strings.pipeline.counts[name]}</dt>
            <dd>{target !== null && count > 0 ? <Link to={target}>{text}</Link> : text}</dd>
          </div>
        );
      })}
    </dl>
  );
}

function isConcern(name: CountName): boolean {
  return name === 'conflicts' || name === 'blocked' || name === 'unmatched';
}

function targetOf(name: CountName, pipeline: string): string | null {
  const query = `pipeline=${encodeURIComponent(pipeline)}`;
  if (name === 'conflicts') return `/conflicts?${query}`;
  if (name === 'held') return `/conflicts?${query}&state=held`;
  if (name === 'blocked') return `/dead-letters?${query}`;
  if (name === 'excluded') return `/records?${query}&state=excluded`;
  return name === 'linked' ? `/records?${query}` : null;
}

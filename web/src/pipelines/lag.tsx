import { Text } from '@mantine/core';
import type { Pipeline, Side } from '../api/types';
import { duration } from '../format/duration';
import { SideBadge } from '../shell/side-badge';
import { strings } from '../strings';
import { sideLabel } from './side-label';

/** How far each direction is behind: the age of the oldest change seen on one side and not yet applied on the other. */
export function Lags({ pipeline }: { readonly pipeline: Pipeline }) {
  return (
    <div className="lags">
      <Lag pipeline={pipeline} from="A" to="B" />
      <Lag pipeline={pipeline} from="B" to="A" />
    </div>
  );
}

function Lag({
  pipeline,
  from,
  to,
}: {
  readonly pipeline: Pipeline;
  readonly from: Side;
  readonly to: Side;
}) {
  const { lagSeconds = null, backlog = null } = pipeline.sides[from] ?? {};
  const words = strings.pipeline;
  const text =
    lagSeconds === null
      ? words.lagUnknown
      : lagSeconds < 1
        ? words.lagNone
        : words.behind(duration(lagSeconds));
  return (
    <div className="lag">
      <span className="lag-way">
        <SideBadge side={from} />
        <span>{words.lag(sideLabel(pipeline, from), sideLabel(pipeline, to))}</span>
      </span>
      <span className={lagSeconds !== null && lagSeconds >= 60 ? 'lag-value lag-late' : 'lag-value'}>
        {text}
      </span>
      {backlog !== null && backlog > 0 && (
        <Text size="xs" c="dimmed">
          {words.backlog(backlog)}
        </Text>
      )}
    </div>
  );
}

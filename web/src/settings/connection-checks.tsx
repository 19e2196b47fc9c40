import { Code, Text, VisuallyHidden } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconMinus, IconX } from '@tabler/icons-react';
import type { Check, ConnectionTest } from '../api/connections';
import { connectionStrings as texts } from '../strings-connections';

const icons = { ok: IconCheck, warning: IconAlertTriangle, failed: IconX, skipped: IconMinus } as const;

/** What a test looked at, one line each: its state is a word besides the sign and the colour. */
export function ConnectionChecks({ label, test }: { readonly label: string; readonly test: ConnectionTest }) {
  const took = test.tookMs < 1000 ? `${String(test.tookMs)} ms` : `${(test.tookMs / 1000).toFixed(1)} s`;
  return (
    <div className="checks" role="status">
      <Text size="sm" fw={600}>
        {test.ok ? texts.works(took) : texts.worksNot(took)}
      </Text>
      <ul className="plain-list" aria-label={texts.results(label)}>
        {test.checks.map((check, index) => (
          <CheckLine key={index} check={check} />
        ))}
      </ul>
    </div>
  );
}

function CheckLine({ check: { check, state, detail, fix, pipeline } }: { readonly check: Check }) {
  const Icon = icons[state];
  const isStatement = fix?.endsWith(';') === true;
  return (
    <li className="check" data-state={state}>
      <Icon size={16} aria-hidden className="check-sign" />
      <div className="check-words">
        <Text size="sm">
          <strong>
            {texts.checks[check]}
            {pipeline !== null && ` ${pipeline}`}
          </strong>{' '}
          {state === 'ok' ? (
            <VisuallyHidden component="span">{texts.states.ok}</VisuallyHidden>
          ) : (
            <span className="check-state">{texts.states[state]}</span>
          )}{' '}
          {detail}
        </Text>
        {fix !== null && (isStatement ? <Code block>{fix}</Code> : <Text size="sm">{fix}</Text>)}
      </div>
    </li>
  );
}

import type { LintMessage } from '../../core/lint/message.js';
import type { PipelineSpec } from '../../core/pipeline/spec.js';

/** Field or group → why the tiers of the sides do not carry its policy, as the lint says it. */
export function refusals(
  spec: PipelineSpec,
  messages: readonly LintMessage[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const { code, message, path } of messages) {
    if (code !== 'tier-policy') continue;
    const unit = unitOf(spec, path);
    const known = found.get(unit);
    if (known === undefined) found.set(unit, new Set([message]));
    else known.add(message);
  }
  return new Map([...found].map(([unit, said]) => [unit, [...said]]));
}

/** Members of a group are decided with it. */
function unitOf({ groups }: PipelineSpec, [, name]: LintMessage['path']): string {
  const field = String(name);
  const group = Object.entries(groups ?? {}).find(([, { fields }]) => fields.includes(field));
  return group?.[0] ?? field;
}

import type { Evidence } from './evidence.js';
import { text } from './text.js';

/** Whoever decided had it on the screen, or an earlier decision whose maker had. */
export function wasShown(told: Evidence['told'], id: string | null | undefined, value: string): boolean {
  const screens = told.filter((row) => row.kind === 'decided');
  const decision = screens.find((row) => row.id === id);
  const seen = (decision?.shown ?? []).map(text);
  return (
    seen.includes(value) ||
    screens.some(
      (row) =>
        row.unit === decision?.unit &&
        row.at < decision.at &&
        seen.includes(text(row.value)) &&
        wasShown(told, row.id, value),
    )
  );
}

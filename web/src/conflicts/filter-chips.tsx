import { CloseButton } from '@mantine/core';
import { filterStrings as words } from '../strings-filter';
import type { FilterTerm } from './filter-terms';
import { unitName } from './unit-name';

export interface FilterChip {
  readonly term: Pick<FilterTerm, 'name' | 'negated' | 'values'>;
  /** It is what the service could not read. */
  readonly bad: boolean;
  /** Takes it back into the field to be changed; absent for what came with a link. */
  readonly onChange?: () => void;
  readonly onRemove: () => void;
}

export interface FilterChipsProps {
  readonly chips: readonly FilterChip[];
  readonly onClear: () => void;
}

/** Each condition of the filter, to be changed and removed one by one. */
export function FilterChips({ chips, onClear }: FilterChipsProps) {
  if (chips.length === 0) return null;
  return (
    <ul className="filter-chips" aria-label={words.chips}>
      {chips.map(({ term, bad, onChange, onRemove }, i) => {
        const text = chipWords(term);
        return (
          <li key={`${String(i)} ${text}`} className="filter-chip" data-bad={bad || undefined}>
            {onChange === undefined ? (
              <span className="filter-chip-words">{text}</span>
            ) : (
              <button
                type="button"
                className="filter-chip-words"
                onClick={onChange}
                aria-label={words.change(text)}
                title={words.change(text)}
              >
                {text}
              </button>
            )}
            <CloseButton size={24} iconSize={13} aria-label={words.remove(text)} onClick={onRemove} />
          </li>
        );
      })}
      {chips.length > 1 && (
        <li>
          <button type="button" className="filter-clear" onClick={onClear}>
            {words.clear}
          </button>
        </li>
      )}
    </ul>
  );
}

function chipWords({ name, negated, values }: FilterChip['term']): string {
  const said = name === 'field' || name === 'unit' ? values.map(unitName) : values;
  return `${negated ? `${words.not} ` : ''}${name}: ${said.join(', ')}`;
}

import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useState, type SubmitEvent } from 'react';
import { useFacets } from '../api/queue';
import { Dialog } from '../states/dialog';
import { filterStrings as words } from '../strings-filter';
import { filterNames, optionsOf } from './filter-names';
import { termText } from './filter-terms';
import { unitName } from './unit-name';

export interface FilterMenuProps {
  /** What is filtered already: the counts are of that. */
  readonly filter: string;
  readonly onAdd: (term: string) => void;
  readonly onClose: () => void;
}

/** A condition is chosen: what it is about, and its values with how many there are of each. */
export function FilterMenu({ filter, onAdd, onClose }: FilterMenuProps) {
  const [name, setName] = useState('priority');
  const [values, setValues] = useState<readonly string[]>([]);
  const [typed, setTyped] = useState('');
  const [negated, setNegated] = useState(false);
  const { data: facets } = useFacets(filter);
  const chosen = filterNames.find((one) => one.name === name);
  if (chosen === undefined) return null;
  const options = optionsOf(chosen, facets);
  const all = [...values, ...(typed.trim() === '' ? [] : [typed.trim()])];
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (all.length === 0) return;
    onAdd(termText(name, all, negated));
    onClose();
  };
  return (
    <Dialog title={words.addLong} onClose={onClose}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <NativeSelect
            label={words.what}
            value={name}
            data={filterNames.map((one) => ({ value: one.name, label: words.names[one.name] ?? one.name }))}
            data-autofocus
            onChange={(event) => {
              setName(event.currentTarget.value);
              setValues([]);
              setTyped('');
            }}
          />
          {options.length > 0 && (
            <Checkbox.Group label={words.values} value={[...values]} onChange={setValues}>
              <div className="filter-options">
                {options.map(({ value, label, count }) => (
                  <Checkbox
                    key={value}
                    value={value}
                    label={
                      <>
                        {name === 'field' ? unitName(label) : label}
                        {count !== null && (
                          <Text span size="sm" c="dimmed">
                            {' '}
                            {count.toLocaleString('en')}
                          </Text>
                        )}
                      </>
                    }
                  />
                ))}
              </div>
            </Checkbox.Group>
          )}
          {chosen.typed && (
            <TextInput
              label={options.length > 0 ? words.typed : words.typedOnly}
              description={words.hints[name]}
              value={typed}
              maxLength={200}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
          )}
          <Checkbox
            label={words.except}
            checked={negated}
            onChange={(event) => setNegated(event.currentTarget.checked)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {words.cancel}
            </Button>
            <Button type="submit" disabled={all.length === 0}>
              {words.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

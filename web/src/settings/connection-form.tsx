import {
  Alert,
  Button,
  Group,
  NumberInput,
  PasswordInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type SubmitEvent } from 'react';
import {
  changeConnection,
  makeConnection,
  tryChangedConnection,
  tryNewConnection,
  type Connection,
  type ConnectionTest,
} from '../api/connections';
import { ApiError } from '../api/client';
import { Dialog } from '../states/dialog';
import { wordsOf } from '../states/query-state';
import { tellDone } from '../states/told';
import { connectionStrings } from '../strings-connections';
import { ConnectionChecks } from './connection-checks';
import { connectionsKey } from './connections-key';
import {
  emptyFields,
  fieldsOf,
  goesElsewhere,
  settingsOf,
  usualPort,
  type Fields,
} from './connection-fields';

const texts = connectionStrings.form;
/** Beside a field that has a hint: so that both stand in a line. */
const noHint = '\u00a0';

export interface ConnectionFormProps {
  /** `null`: a new one. */
  readonly connection: Connection | null;
  readonly onClose: () => void;
  readonly onSaved: (saved: Connection) => void;
}

export function ConnectionForm({ connection, onClose, onSaved }: ConnectionFormProps) {
  const client = useQueryClient();
  const [fields, setFields] = useState<Fields>(connection === null ? emptyFields : fieldsOf(connection));
  const set = (change: Partial<Fields>) => setFields((before) => ({ ...before, ...change }));
  const saving = useMutation({
    mutationFn: async () => {
      const settings = settingsOf(fields);
      const { data } =
        connection === null
          ? await makeConnection(fields.name, fields.connector, settings)
          : await changeConnection(connection, settings);
      return data;
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: connectionsKey });
      tellDone(connection === null ? texts.made(saved.label) : texts.changed(saved.label));
      onSaved(saved);
    },
  });
  const form = useRef<HTMLFormElement>(null);
  // What was found is about what stood there then, and is shown as long as it stands there.
  const [tested, setTested] = useState<{ readonly of: Fields; readonly found: ConnectionTest } | null>(null);
  const testing = useMutation({
    mutationFn: async (of: Fields) => {
      const settings = settingsOf(of);
      const { data } =
        connection === null
          ? await tryNewConnection(of.name, of.connector, settings)
          : await tryChangedConnection(connection, settings);
      return { of, found: data };
    },
    onSuccess: setTested,
  });
  const test = () => {
    if (form.current?.reportValidity() !== true) return;
    saving.reset();
    testing.mutate(fields);
  };
  const error = saving.error ?? testing.error;
  const faults = faultsOf(error);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    testing.reset();
    saving.mutate();
  };
  const text = (name: TextName, more: { readonly required?: boolean; readonly max: number }) => ({
    label: texts[name],
    value: fields[name],
    required: more.required === true,
    withAsterisk: false,
    maxLength: more.max,
    autoComplete: 'off',
    error: faults[name],
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      set({ [name]: event.currentTarget.value }),
  });
  const keeps = (connection?.secret ?? null) !== null;
  const again = keeps && connection !== null && goesElsewhere(connection, fields);
  const title = connection === null ? texts.addTitle : texts.changeTitle(connection.label);
  return (
    <Dialog title={title} onClose={onClose} size="lg" at="top">
      <form ref={form} onSubmit={submit}>
        <Stack gap="md">
          {error !== null && Object.keys(faults).length === 0 && (
            <Alert color="red" variant="light" role="alert">
              {isStale(error) ? texts.stale : wordsOf(error)}
            </Alert>
          )}
          {connection === null && (
            <div className="form-pair">
              <TextInput
                {...text('name', { required: true, max: 63 })}
                description={texts.nameHint}
                data-autofocus
              />
              <Select
                label={texts.connector}
                description={noHint}
                data={Object.entries(connectionStrings.kinds).map(([value, label]) => ({ value, label }))}
                value={fields.connector}
                allowDeselect={false}
                onChange={(value) => {
                  const connector = value === 'mysql' ? 'mysql' : 'postgres';
                  const isUsual = fields.port === usualPort[fields.connector];
                  set({ connector, ...(isUsual && { port: usualPort[connector] }) });
                }}
              />
            </div>
          )}
          <TextInput {...text('label', { max: 80 })} />
          <div className="form-host">
            <TextInput {...text('host', { required: true, max: 253 })} description={texts.hostHint} />
            <NumberInput
              label={texts.port}
              description={noHint}
              min={1}
              max={65535}
              allowDecimal={false}
              hideControls
              required
              withAsterisk={false}
              value={fields.port}
              error={faults.port}
              onChange={(value) => set({ port: Number(value) })}
            />
          </div>
          <div className="form-pair">
            <TextInput {...text('database', { required: true, max: 128 })} />
            <TextInput {...text('account', { required: true, max: 128 })} />
          </div>
          <PasswordInput
            label={texts.password}
            description={again ? texts.passwordAgain : keeps ? texts.passwordKept : texts.passwordHint}
            autoComplete="new-password"
            maxLength={1024}
            required={again}
            withAsterisk={false}
            value={fields.password}
            error={faults.password}
            onChange={(event) => set({ password: event.currentTarget.value })}
          />
          <Select
            label={texts.tls}
            data={Object.entries(texts.tlsModes).map(([value, label]) => ({ value, label }))}
            value={fields.tls}
            allowDeselect={false}
            error={faults.tls}
            onChange={(value) => set({ tls: (value ?? 'disable') as Fields['tls'] })}
          />
          {fields.tls === 'verify-full' && (
            <Textarea
              {...text('ca', { max: 20_000 })}
              description={texts.caHint}
              autosize
              minRows={2}
              maxRows={8}
              spellCheck={false}
            />
          )}
          <TextInput {...text('rate', { max: 20 })} description={texts.rateHint} />
          <TextInput {...text('description', { max: 2000 })} />
          {connection !== null && connection.pipelines.length > 0 && (
            <Text size="sm" c="dimmed">
              {texts.restarts(connection.pipelines.join(', '))}
            </Text>
          )}
          {tested !== null && tested.of === fields && (
            <ConnectionChecks label={fields.label || fields.name} test={tested.found} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button
              variant="default"
              className="form-test"
              loading={testing.isPending}
              disabled={saving.isPending}
              onClick={test}
            >
              {texts.test}
            </Button>
            <Button variant="default" onClick={onClose}>
              {texts.cancel}
            </Button>
            <Button type="submit" loading={saving.isPending}>
              {texts.save}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

type TextName = 'name' | 'label' | 'description' | 'host' | 'database' | 'account' | 'ca' | 'rate';

/** Field → what is wrong with it, as the service says; what belongs to no field is said above. */
function faultsOf(error: Error | null): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError)) return {};
  const { errors } = error.problem as { readonly errors?: readonly { pointer: string; detail: string }[] };
  return Object.fromEntries((errors ?? []).map(({ pointer, detail }) => [pointer.slice(1), detail]));
}

function isStale(error: Error): boolean {
  return error instanceof ApiError && error.status === 412;
}

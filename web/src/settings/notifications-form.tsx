import { Alert, Button, Group, Select, Stack, Switch, TextInput, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import {
  changeNotifications,
  type EventPreference,
  type Mode,
  type Notifications,
} from '../api/notifications';
import { wordsOf } from '../states/query-state';
import { notificationStrings as texts } from '../strings-notifications';
import { notificationsKey } from './notifications-key';
import { tellDone } from '../states/told';

const BY_ROLE = 'by-role';
const usualNight = { from: '20:00', to: '07:00' };

/** Saved by a button: half of what was meant is not what was meant. */
export function NotificationsForm({ preferences }: { readonly preferences: Notifications }) {
  const client = useQueryClient();
  const [modes, setModes] = useState<Readonly<Record<string, Mode | null>>>(
    Object.fromEntries(preferences.events.map(({ event, mode }) => [event, mode])),
  );
  const [timeZone, setTimeZone] = useState(preferences.timeZone ?? ownTimeZone());
  const [quiet, setQuiet] = useState(preferences.quiet);
  const [minutes, setMinutes] = useState(String(preferences.digestMinutes));
  const [dailyAt, setDailyAt] = useState(preferences.dailyAt);
  const saving = useMutation({
    mutationFn: () =>
      changeNotifications({
        events: Object.entries(modes).map(([event, mode]) => ({ event, mode })),
        timeZone,
        quiet,
        digestMinutes: Number(minutes),
        dailyAt,
      }),
    onSuccess: ({ data }) => {
      client.setQueryData(notificationsKey, data);
      tellDone(texts.saved);
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form onSubmit={submit} className="narrow-form">
      <Stack gap="lg">
        {saving.error !== null && (
          <Alert color="red" variant="light" role="alert">
            {wordsOf(saving.error)}
          </Alert>
        )}
        {preferences.events.map((event) => (
          <EventChoice
            key={event.event}
            event={event}
            mode={modes[event.event] ?? null}
            onChange={(mode) => setModes((before) => ({ ...before, [event.event]: mode }))}
          />
        ))}
        <Title order={3} size="h4">
          {texts.when}
        </Title>
        <Select
          label={texts.digestMinutes}
          data={Object.entries(texts.minutes).map(([value, label]) => ({ value, label }))}
          value={minutes}
          allowDeselect={false}
          onChange={(value) => setMinutes(value ?? '30')}
        />
        <TimeInput label={texts.dailyAt} value={dailyAt} onChange={setDailyAt} />
        <Select
          label={texts.timeZone}
          description={texts.timeZoneHint}
          data={timeZones(timeZone)}
          value={timeZone}
          searchable
          limit={100}
          allowDeselect={false}
          nothingFoundMessage={texts.nothingFound}
          onChange={(value) => setTimeZone(value ?? timeZone)}
        />
        <Stack gap="xs">
          <Switch
            label={texts.quiet}
            description={texts.quietHint}
            checked={quiet !== null}
            onChange={(event) => setQuiet(event.currentTarget.checked ? usualNight : null)}
          />
          {quiet !== null && (
            <Group gap="md">
              <TimeInput
                label={texts.from}
                value={quiet.from}
                onChange={(from) => setQuiet({ ...quiet, from })}
              />
              <TimeInput label={texts.to} value={quiet.to} onChange={(to) => setQuiet({ ...quiet, to })} />
            </Group>
          )}
        </Stack>
        <div>
          <Button type="submit" loading={saving.isPending}>
            {texts.save}
          </Button>
        </div>
      </Stack>
    </form>
  );
}

interface EventChoiceProps {
  readonly event: EventPreference;
  readonly mode: Mode | null;
  readonly onChange: (mode: Mode | null) => void;
}

function EventChoice({ event: { event, byRole, modes }, mode, onChange }: EventChoiceProps) {
  const words = texts.events[event] ?? { name: event, hint: '' };
  const names = event === 'daily' ? texts.dailyModes : texts.modes;
  return (
    <Select
      label={words.name}
      description={words.hint}
      data={[
        { value: BY_ROLE, label: texts.byRole(names[byRole] ?? byRole) },
        ...modes.map((value) => ({ value, label: names[value] ?? value })),
      ]}
      value={mode ?? BY_ROLE}
      allowDeselect={false}
      onChange={(value) => onChange(modes.find((one) => one === value) ?? null)}
    />
  );
}

interface TimeInputProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function TimeInput({ label, value, onChange }: TimeInputProps) {
  return (
    <TextInput
      type="time"
      label={label}
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** All that the browser knows, and the one that was chosen, which it may not. */
function timeZones(chosen: string): string[] {
  return [...new Set(['UTC', chosen, ...Intl.supportedValuesOf('timeZone')])];
}

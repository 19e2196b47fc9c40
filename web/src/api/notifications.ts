import { call, post } from './client';
import type { components } from './openapi';
import type { Decision, Json } from './types';

type Schemas = components['schemas'];

export type Notifications = Schemas['NotificationsDto'];
export type EventPreference = Notifications['events'][number];
export type AnswerLink = Omit<Schemas['AnswerLinkDto'], 'changes'> & {
  readonly changes: readonly { readonly label: string; readonly before: Json; readonly after: Json }[];
};
export type Mode = EventPreference['byRole'];

const id = encodeURIComponent;

export const getNotifications = (signal?: AbortSignal) =>
  call<Notifications>('/me/notifications', signal === undefined ? {} : { signal });

export interface NotificationChange {
  readonly events: readonly { readonly event: string; readonly mode: Mode | null }[];
  readonly timeZone: string;
  readonly quiet: { readonly from: string; readonly to: string } | null;
  readonly digestMinutes: number;
  readonly dailyAt: string;
}

export const changeNotifications = (change: NotificationChange) =>
  call<Notifications>('/me/notifications', { method: 'PATCH', body: change });

/** Mails go to one's own address again, which the mail server has refused. */
export const tryMailAgain = () => post<Notifications>('/me/notifications/try-again', {});

export const lookAtAnswer = (conflict: string, token: string) =>
  post<AnswerLink>(`/conflicts/${id(conflict)}/answer-link/look`, { token });

export const giveAnswer = (conflict: string, token: string) =>
  post<Decision>(`/conflicts/${id(conflict)}/answer-link/use`, { token });

export const lookAtUnsubscription = (token: string) =>
  call<Schemas['UnsubscribeDto']>(`/unsubscribe/${id(token)}`);

export const unsubscribe = (token: string) =>
  post<Schemas['UnsubscribeDto']>(`/unsubscribe/${id(token)}`, {});

import { call, post } from './client';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type Why = Schemas['WhyDto'];
export type WhyReason = Schemas['WhyReasonDto'];

const at = (record: string): string => `/records/${encodeURIComponent(record)}`;

export const getWhy = (record: string, signal?: AbortSignal) =>
  call<Why>(`${at(record)}/why`, signal === undefined ? {} : { signal });

export const excludeRecord = (record: string, reason: string) =>
  post<unknown>(`${at(record)}/exclude`, { reason });

export const includeRecord = (record: string) => post<unknown>(`${at(record)}/include`, {});

export const resyncRecord = (record: string) => post<unknown>(`${at(record)}/resync`, {});

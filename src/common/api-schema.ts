import type { ApiPropertyOptions } from '@nestjs/swagger';

/** Pieces of OpenAPI schemas that several answers use. */
export const jsonValue = {
  oneOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'array', items: {} },
    { type: 'object', additionalProperties: true },
  ],
  nullable: true,
  description: 'Any JSON value, in the canonical form of the field',
} as const satisfies ApiPropertyOptions;

export const dateTime = { type: String, format: 'date-time' } as const satisfies ApiPropertyOptions;

export const clockValue = {
  type: 'object',
  additionalProperties: { type: 'integer' },
  description: 'Events seen per actor: `A`, `B`, `hub`, `recovered`; one that is absent is 0',
} as const satisfies ApiPropertyOptions;

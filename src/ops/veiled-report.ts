import type { Veil } from '../common/veil.js';
import type { Json } from '../core/value.js';
import type { FieldsCompared, LoadReportRow } from '../database/sql/load-report.js';
import type { LoadDto } from './load.dto.js';

/** What a report shows of records. Keys of match rules are made of values of several fields: any of them may be personal. */
export function veiledReport(
  { samples, fields, left_out }: LoadReportRow,
  veil: Veil,
): Pick<LoadDto, 'samples' | 'fields' | 'leftOut'> {
  const said = (text: string | null): string | null => (text === null ? null : veil.said(text));
  return {
    samples: samples.map((one) => ({
      ...one,
      detail: said(one.detail),
      match_key: said(one.match_key ?? null),
    })),
    fields: fields === null ? null : { ...fields, fields: veiledFields(fields.fields, veil) },
    leftOut: left_out.map((one) => ({ ...one, key: veil.said(one.key) })),
  };
}

function veiledFields(fields: FieldsCompared['fields'], veil: Veil): FieldsCompared['fields'] {
  return Object.fromEntries(
    Object.entries(fields).map(([unit, compared]) => {
      const samples = compared.samples.map((one) => ({
        ...one,
        A: veil.over<Json>(unit, one.A),
        B: veil.over<Json>(unit, one.B),
      }));
      return [unit, { ...compared, samples }];
    }),
  );
}

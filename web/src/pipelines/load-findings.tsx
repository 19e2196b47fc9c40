import { Table, Text, Title } from '@mantine/core';
import type { FieldCompared, LoadReport, LoadSample, Pipeline } from '../api/types';
import { strings } from '../strings';
import { ValueView } from '../value/value-view';
import { sideLabel } from './side-label';

interface Found {
  readonly pipeline: Pipeline;
  readonly report: LoadReport;
}

/** Field by field, what linking would mean for the pairs that were found: how many agree, and how some of them do not. */
export function LoadFields({ pipeline, report }: Found) {
  if (report.fields === null || report.fields.looked === 0) return null;
  const fields = Object.entries(report.fields.fields);
  return (
    <section>
      <Title order={3} size="h5">
        {strings.load.fields(report.fields.looked)}
      </Title>
      <Table verticalSpacing={6} className="load-fields">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{strings.record.field}</Table.Th>
            <Table.Th>{strings.load.equal}</Table.Th>
            <Table.Th>{strings.load.different}</Table.Th>
            <Table.Th>{strings.load.onlyA(sideLabel(pipeline, 'A'))}</Table.Th>
            <Table.Th>{strings.load.onlyB(sideLabel(pipeline, 'B'))}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fields.map(([name, compared]) => (
            <FieldRow key={name} name={name} compared={compared} pipeline={pipeline} />
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function FieldRow({
  name,
  compared,
  pipeline,
}: {
  readonly name: string;
  readonly compared: FieldCompared;
  readonly pipeline: Pipeline;
}) {
  const { samples } = compared;
  return (
    <>
      <Table.Tr>
        <Table.Td className="mono">{name}</Table.Td>
        {[
          { name: strings.load.equal, count: compared.equal },
          { name: strings.load.different, count: compared.different },
          { name: strings.load.onlyA(sideLabel(pipeline, 'A')), count: compared.onlyA },
          { name: strings.load.onlyB(sideLabel(pipeline, 'B')), count: compared.onlyB },
        ].map((one) => (
          <Table.Td key={one.name} data-label={one.name}>
            {one.count.toLocaleString('en')}
          </Table.Td>
        ))}
      </Table.Tr>
      {samples.length > 0 && (
        <Table.Tr>
          <Table.Td colSpan={5}>
            <details>
              <summary>{strings.load.samples(samples.length)}</summary>
              {samples.map(({ a, b, A, B }) => (
                <div key={`${a} ${b}`} className="load-sample">
                  <Text size="sm" c="dimmed" className="mono">
                    {sideLabel(pipeline, 'A')} {a} · {sideLabel(pipeline, 'B')} {b}
                  </Text>
                  <ValueView value={A} />
                  <ValueView value={B} against={A} />
                </div>
              ))}
            </details>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** The pairs that speak least for themselves: what would be linked by points, and what a person is to be asked about. */
export function LoadPairs({ pipeline, report }: Found) {
  const samples = report.samples.filter(({ kind }) => kind === 'scored' || kind === 'question');
  const leftOut = report.leftOut;
  if (samples.length === 0 && leftOut.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h5">
        {strings.load.pairs}
      </Title>
      <ul className="load-pairs">
        {samples.map((sample) => (
          <li key={`${sample.kind} ${sample.a_id ?? ''} ${sample.b_id ?? ''}`}>
            <Pair sample={sample} pipeline={pipeline} />
          </li>
        ))}
        {leftOut.map(({ rule, key, a, b }) => (
          <li key={`${rule} ${key}`}>
            <Text size="sm">{strings.load.leftOut(rule, key, a, b)}</Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Pair({ sample, pipeline }: { readonly sample: LoadSample; readonly pipeline: Pipeline }) {
  const words = sample.kind === 'scored' ? strings.load.linkedBy : strings.load.asked;
  return (
    <Text size="sm">
      {words(sample.points ?? 0)}: {sideLabel(pipeline, 'A')} <span className="mono">{sample.a_id}</span> ·{' '}
      {sideLabel(pipeline, 'B')} <span className="mono">{sample.b_id}</span>
      {sample.detail !== null && (
        <Text size="sm" c="dimmed" component="span">
          {' '}
          {sample.detail}
        </Text>
      )}
    </Text>
  );
}

import { Button } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useMay } from '../access/session';
import { isCovered, revealOf } from '../api/revealed';
import type { RecordDetail } from '../api/types';
import { useReveal } from '../conflicts/use-reveal';
import { strings } from '../strings';

/** Shows the personal data of a record, its name and its history; for whoever may see it, until it is shown. */
export function RevealRecord({ record }: { readonly record: RecordDetail }) {
  const may = useMay('personal:read', record.pipeline);
  const reveal = useReveal();
  const covered = revealOf(record.id) === null || record.fields.some(({ value }) => isCovered(value));
  if (!may || !covered) return null;
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconEyeOff size={16} aria-hidden />}
        onClick={() => reveal([record.id])}
      >
        {strings.record.reveal}
      </Button>
    </div>
  );
}

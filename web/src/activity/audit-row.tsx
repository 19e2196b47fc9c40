import { Anchor, Badge, Button, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { AuditEvent, AuditFilter } from '../api/audit';
import { Ago } from '../format/time';
import { activityStrings as words } from '../strings-activity';
import { AuditDetail } from './audit-detail';

export interface AuditRowProps {
  readonly event: AuditEvent;
  readonly onFilter: (change: Partial<AuditFilter>, actorName?: string) => void;
}

/** "Ann Lee decided dec_… · 3 min ago", with what it changed folded below. */
export function AuditRow({ event, onFilter }: AuditRowProps) {
  const [open, { toggle }] = useDisclosure(false);
  const { actorId, actorName, actorKind, action, object, pipeline } = event;
  const kind = words.as[actorKind] ?? actorKind;
  const at = linkOf(object);
  const Chevron = open ? IconChevronDown : IconChevronRight;
  return (
    <li className="audit-row">
      <div className="audit-line">
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          className="audit-fold"
          aria-expanded={open}
          aria-label={`${words.details}: ${actorName} ${words.actions[action] ?? action}`}
          onClick={toggle}
        >
          <Chevron size={16} aria-hidden />
        </Button>
        <span className="audit-words">
          {actorId === null ? (
            <strong>{actorName}</strong>
          ) : (
            <button
              type="button"
              className="audit-filter"
              title={words.onlyBy(actorName)}
              onClick={() => onFilter({ actor: actorId }, actorName)}
            >
              {actorName}
            </button>
          )}{' '}
          {words.actions[action] ?? action}{' '}
          {object !== null &&
            object !== actorId &&
            (at === null ? (
              <button
                type="button"
                className="audit-filter audit-object"
                title={words.onlyOf(object)}
                onClick={() => onFilter({ object })}
              >
                {object}
              </button>
            ) : (
              <Anchor component={Link} to={at} className="audit-object" size="sm">
                {object}
              </Anchor>
            ))}
          {kind !== '' && (
            <Badge color="gray" size="sm" ml={8}>
              {kind}
            </Badge>
          )}
          {pipeline !== null && pipeline !== object && (
            <Text span size="sm" c="dimmed">
              {' '}
              · {pipeline}
            </Text>
          )}
        </span>
        <Text size="sm" c="dimmed" component="span" className="audit-when">
          <Ago at={event.at} />
        </Text>
      </div>
      {open && <AuditDetail event={event} />}
    </li>
  );
}

/** Where the thing can be looked at; for what has no page of its own, its name filters the log. */
function linkOf(object: string | null): string | null {
  if (object === null) return null;
  if (object.startsWith('cf_')) return `/conflicts/${object}`;
  if (object.startsWith('rec_')) return `/records/${object}`;
  return null;
}

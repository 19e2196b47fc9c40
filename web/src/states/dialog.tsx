import { CloseButton, Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { strings } from '../strings';
import { useScrollLock } from './scroll-lock';

export interface DialogProps {
  readonly title: string;
  /** `null`: it does not go away by Escape, a click beside it, or a cross. */
  readonly onClose: (() => void) | null;
  readonly size?: 'md' | 'lg';
  /** At the top it stays in its place while its height changes. */
  readonly at?: 'centre' | 'top';
  readonly children: ReactNode;
}

/** A modal dialog with a heading. Mantine's own puts its title into a `header`, which is a second banner beside the page's. */
export function Dialog({ title, onClose, size = 'md', at = 'centre', children }: DialogProps) {
  const stays = onClose === null;
  useScrollLock();
  return (
    <Modal.Root
      opened
      lockScroll={false}
      centered={at === 'centre'}
      yOffset="9vh"
      size={size}
      transitionProps={{ duration: 120 }}
      onClose={onClose ?? (() => undefined)}
      closeOnEscape={!stays}
      closeOnClickOutside={!stays}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className="dialog">
          <div className="dialog-head">
            <Modal.Title className="dialog-title">{title}</Modal.Title>
            {onClose !== null && <CloseButton aria-label={strings.states.close} onClick={onClose} />}
          </div>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

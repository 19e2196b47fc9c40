import { Tooltip } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';

const DELAY_MS = 300;

export interface TimeTipProps {
  readonly at: string;
  /** Asked for when it is to be shown. */
  readonly tip: () => string;
  readonly children: ReactNode;
}

/** A time, and more of it for whoever points at it: made only then, for a screen has many of them. */
export function TimeTip({ at, tip, children }: TimeTipProps) {
  const [open, setOpen] = useState(false);
  const [time, setTime] = useState<HTMLTimeElement | null>(null);
  const due = useRef<ReturnType<typeof setTimeout>>(undefined);
  const leave = () => {
    clearTimeout(due.current);
    setOpen(false);
  };
  useEffect(() => () => clearTimeout(due.current), []);
  return (
    <>
      <time
        ref={setTime}
        dateTime={at}
        className="time"
        onPointerEnter={() => {
          due.current = setTimeout(() => setOpen(true), DELAY_MS);
        }}
        onPointerLeave={leave}
      >
        {children}
      </time>
      {open && <Tooltip label={tip()} target={time} opened />}
    </>
  );
}

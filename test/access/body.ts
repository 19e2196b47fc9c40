// eslint-disable-next-line @typescript-eslint/no-explicit-any -- assertions say what it should be
export type Body = any;

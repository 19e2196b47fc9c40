/** A record cannot be made on a side before the one that it points to is there. */
export class WaitsForRecord extends Error {
  override readonly name = 'WaitsForRecord';

  constructor(
    readonly unit: string,
    /** What it points to (core/reference.ts). */
    readonly target: string,
    /** The column must hold something; otherwise it only waits until it is known what becomes of the other record. */
    readonly required: boolean,
    message: string,
  ) {
    super(message);
  }
}

/** Something that is loaded for whoever needs it first. A failure is not remembered: it is tried again for the next. */
export class LoadedOnce<T> {
  #loaded: Promise<T> | undefined;

  constructor(private readonly load: () => Promise<T>) {}

  /** What was asked for already; `undefined` where nobody has. */
  get asked(): Promise<T> | undefined {
    return this.#loaded;
  }

  get(): Promise<T> {
    if (this.#loaded !== undefined) return this.#loaded;
    const loading = this.load();
    this.#loaded = loading;
    loading.catch(() => {
      if (this.#loaded === loading) this.#loaded = undefined;
    });
    return loading;
  }
}

import { visiblePieces } from './visible';

/** Text in which nothing is invisible: spaces at the ends, unusual spaces, direction marks, letters of a foreign script. */
export function VisibleText({ text }: { readonly text: string }) {
  return visiblePieces(text).map((piece, i) =>
    piece.shown === undefined ? (
      <span key={i}>{piece.text}</span>
    ) : (
      <span key={i} className="invisible-mark" title={piece.name}>
        {piece.shown}
      </span>
    ),
  );
}

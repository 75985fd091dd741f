import { type DragEvent, useEffect, useRef, useState } from 'react';
import type { Movable } from './rows';

/** `from` moved to where `to` is now; the others close up. */
export function movedTo<T>(entries: readonly T[], from: number, to: number): T[] {
  const rest = entries.filter((_, at) => at !== from);
  return [...rest.slice(0, to), ...entries.slice(from, from + 1), ...rest.slice(to)];
}

/**
 * Entries that are moved by dragging, or by a step with buttons: what a finger or a keyboard does. A button that was
 * pressed keeps the focus where its entry goes.
 */
export function usePlaces(ids: readonly string[], onMove: (from: number, to: number) => void) {
  const rows = useRef(new Map<string, HTMLLIElement>());
  const pressed = useRef<{ id: string; button: 'up' | 'down' }>(undefined);
  const [dragged, setDragged] = useState<number>();
  const [target, setTarget] = useState<number>();
  const order = ids.join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at when the order has changed
  useEffect(() => {
    const { id, button } = pressed.current ?? {};
    pressed.current = undefined;
    const row = id && rows.current.get(id);
    if (row) row.querySelector<HTMLButtonElement>(`[data-move=${button}]`)?.focus();
  }, [order]);

  const stop = () => {
    setDragged(undefined);
    setTarget(undefined);
  };
  const step = (at: number, by: -1 | 1) => {
    pressed.current = { id: ids[at] ?? '', button: by < 0 ? 'up' : 'down' };
    onMove(at, at + by);
  };
  return (at: number): Movable => ({
    ref: (row) => {
      const id = ids[at] ?? '';
      if (row) rows.current.set(id, row);
      else rows.current.delete(id);
    },
    up: at > 0 ? () => step(at, -1) : undefined,
    down: at < ids.length - 1 ? () => step(at, 1) : undefined,
    drag: {
      draggable: true,
      onDragStart: (event: DragEvent) => {
        event.dataTransfer.effectAllowed = 'move';
        // Firefox drags nothing that carries nothing.
        event.dataTransfer.setData('text/plain', '');
        setDragged(at);
      },
      onDragOver: (event: DragEvent) => {
        if (dragged === undefined) return;
        event.preventDefault();
        setTarget(at);
      },
      onDrop: (event: DragEvent) => {
        event.preventDefault();
        if (dragged !== undefined && dragged !== at) onMove(dragged, at);
        stop();
      },
      onDragEnd: stop,
    },
    mark:
      dragged === undefined || target !== at || dragged === at
        ? undefined
        : at < dragged
          ? 'before'
          : 'after',
  });
}

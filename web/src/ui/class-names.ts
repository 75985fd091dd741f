/** Joins class names, leaving out what is not set: `classNames(styles.button, wide && styles.wide)`. */
export function classNames(...names: (string | false | null | undefined)[]): string {
  return names.filter(Boolean).join(' ');
}

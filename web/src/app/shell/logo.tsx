import styles from './logo.module.css';

/** The mark is a plenary seen from above: rows of seats around who speaks. */
export function Logo() {
  return (
    <span className={styles.logo}>
      <svg viewBox="0 0 32 24" className={styles.mark} aria-hidden="true">
        <path d="M3 21a13 13 0 0 1 26 0" />
        <path d="M9.5 21a6.5 6.5 0 0 1 13 0" />
        <circle cx="16" cy="21" r="2" />
      </svg>
      <span>Plenary</span>
    </span>
  );
}

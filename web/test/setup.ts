import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// Pages load their code on demand; a busy machine takes longer than the default second for that.
configure({ asyncUtilTimeout: 40_000 });

afterEach(() => {
  cleanup();
  localStorage.clear();
  sessionStorage.clear();
});

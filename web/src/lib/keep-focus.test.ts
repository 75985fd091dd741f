import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepFocus } from './keep-focus';

const frame = () => new Promise((resume) => requestAnimationFrame(resume));
const find = (id: string) => document.getElementById(id) as HTMLElement;
let stop: () => void;

beforeEach(() => {
  document.body.innerHTML = `
    <main id="main" tabindex="-1">
      <section id="part"><div><button id="done">Approve</button></div><button id="next">Next</button></section>
    </main>
    <div id="outside"><button id="away">Close</button></div>`;
  stop = keepFocus(document);
});
afterEach(() => stop());

async function remove(id: string): Promise<void> {
  find(id).focus();
  find(id).remove();
  await frame();
  await frame();
}

describe('the focus, when what had it goes away', () => {
  it('is taken by the part around it, which is no stop afterwards', async () => {
    await remove('done');
    expect(document.activeElement?.id).toBe('part');
    find('next').focus();
    expect(find('part').hasAttribute('tabindex')).toBe(false);
  });

  it('is taken by the page where no part is left', async () => {
    await remove('away');
    expect(document.activeElement?.id).toBe('main');
  });

  it('stays where somebody else has put it', async () => {
    find('done').focus();
    find('done').remove();
    find('next').focus();
    await frame();
    await frame();
    expect(document.activeElement?.id).toBe('next');
  });
});

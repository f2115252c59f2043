/**
 * Look again while something goes on, and only while the page is in view.
 *
 *     const watch = poll({ signal, seconds: 3, look: async () => isRunning(await load()) });
 *     watch.start();        // after "Sync now": something goes on from here
 *
 * *look* tells whether something still goes on; its failures end nothing, the next look comes later.
 *
 * @param {{signal: AbortSignal, seconds: number, look: () => Promise<boolean>}} options
 */
export function poll({ signal, seconds, look }) {
  let timer;
  let isOn = false;
  const stop = () => {
    isOn = false;
    clearTimeout(timer);
  };
  const later = () => {
    clearTimeout(timer);
    if (isOn && !signal.aborted && !document.hidden) timer = setTimeout(lookAgain, seconds * 1000);
  };
  async function lookAgain() {
    try {
      isOn = await look();
    } catch {
      //  The network, or the page was left: what is on the screen stays.
    }
    later();
  }
  const start = () => {
    isOn = true;
    later();
  };
  const inView = () => (document.hidden ? clearTimeout(timer) : isOn && lookAgain());
  document.addEventListener("visibilitychange", inView, { signal });
  signal.addEventListener("abort", stop);
  return { start, stop };
}

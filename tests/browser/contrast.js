// Returns the texts inside an element that contrast too little with their ground, as WCAG 2.2
// measures it (success criterion 1.4.3), each with its contrast.
(root) => {
  // Folded text is measured as well: unfold it, and fold it again at the end.
  const folded = [...root.querySelectorAll("details:not([open])")];
  const names = folded.map((one) => one.name); // of a group, in which one closes the others
  for (const one of folded) { one.name = ""; one.open = true; }
  const parse = (colour) => {
    const n = colour.match(/[\d.]+/g).map(Number);
    return { rgb: n.slice(0, 3), a: n.length > 3 ? n[3] : 1 };
  };
  const over = (top, a, below) => top.map((c, i) => a * c + (1 - a) * below[i]);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const { rgb, a } = parse(getComputedStyle(e).backgroundColor);
      layers.push([rgb, a]);
      if (a === 1) break;
    }
    return layers.reverse().reduce((below, [rgb, a]) => over(rgb, a, below), [255, 255, 255]);
  };
  const faint = {};
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || ["SCRIPT", "STYLE"].includes(element.tagName) || !element.getClientRects().length) continue;
    const style = getComputedStyle(element), ground = groundOf(element);
    let { rgb, a } = parse(style.color);
    for (let e = element; e; e = e.parentElement) a *= Number(getComputedStyle(e).opacity);
    const [high, low] = [luminance(over(rgb, a, ground)), luminance(ground)].sort((x, y) => y - x);
    const found = (high + 0.05) / (low + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (found < (large ? 3 : 4.5)) faint[text.slice(0, 60)] = Math.round(100 * found) / 100;
  }
  folded.forEach((one, i) => { one.open = false; one.name = names[i]; });
  return faint;
}

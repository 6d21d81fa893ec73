/** The look of the reference: one column beside its contents, in light and dark, from 320 px. */
export const style = `
:root { --ground: #f7f3ec; --ink: #1c1a17; --soft: #645d52; --line: #d8d1c3; --field: #fdfcf9; --link: #b23a17; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #171614; --ink: #f0ebe1; --soft: #a9a195; --line: #37332d; --field: #201e1b; --link: #ff8a63; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
a { color: var(--link); }
code, pre, .method { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: .875em; }
code { overflow-wrap: anywhere; }
pre { background: var(--field); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; }
main { max-width: 54rem; padding: 1rem 1.25rem 6rem; }
nav { padding: 1rem 1.25rem; border-bottom: 1px solid var(--line); max-height: 40vh; overflow-y: auto; }
nav ul { list-style: none; margin: 0; padding: 0; font-size: .8125rem; }
nav li { overflow-wrap: anywhere; }
nav a { text-decoration: none; }
nav h2 { font-size: .9375rem; margin: 1rem 0 .25rem; }
h1, main > h2 { font-family: ui-serif, Georgia, serif; font-weight: 400; letter-spacing: -.01em; }
h1 { margin-top: 0; font-size: 2.75rem; line-height: 1.1; }
main > h2 { margin-top: 4rem; border-bottom: 1px solid var(--line); padding-bottom: .35rem; font-size: 1.875rem; }
section { margin-top: 2.25rem; scroll-margin-top: 1rem; }
section h3 { font-size: 1.0625rem; margin-bottom: .25rem; }
section:target h3 { background: var(--field); }
.method { font-weight: 600; color: var(--soft); }
.method.post, .method.put, .method.patch { color: light-dark(#8a5a00, #e0b45c); }
.method.delete { color: light-dark(#a32020, #ff9d94); }
.required { color: var(--soft); font-size: .8125rem; font-weight: 400; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; table-layout: fixed; }
th, td { border-top: 1px solid var(--line); padding: .4rem .75rem .4rem 0; text-align: left; vertical-align: top; }
th { width: 34%; font-weight: 400; overflow-wrap: anywhere; }
td p { margin: .15rem 0 0; color: var(--soft); }
.answers { padding-left: 1.1rem; font-size: .9375rem; }
summary { cursor: pointer; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 1rem; top: 1rem; background: var(--ground); padding: .5rem; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media (min-width: 62rem) {
  body { display: grid; grid-template-columns: 19rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; max-height: none; border-bottom: 0; border-right: 1px solid var(--line); }
  main { padding: 2rem 3rem 6rem; }
}
`;

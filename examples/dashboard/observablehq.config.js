// Nothing is fetched when the pages are built or read: every library comes from
// node_modules, and there is no stylesheet, font or search index from elsewhere.
export default {
  title: "Customer success",
  root: "src",
  output: "dist",
  theme: "air",
  globalStylesheets: [],
  search: false,
  toc: false,
  pager: false,
  footer: "Sample data of chs.",
  pages: [
    {name: "Last month, this month", path: "/bands"},
    {name: "One customer", path: "/customer"},
    {name: "Worklists", path: "/worklists"},
    {name: "Retention and revenue", path: "/revenue"},
    {name: "Early warning", path: "/warning"},
  ],
};

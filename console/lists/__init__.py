"""List pages: filters, selectable columns, paging in both directions, and export of the filtered rows."""

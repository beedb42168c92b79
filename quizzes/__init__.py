"""微测试: tests scored at once, in the chat or on a page, with figures one can trust."""

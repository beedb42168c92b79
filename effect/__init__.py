"""What the services bring, month by month, beside the paper they replaced (总结和跟踪): for whoever leads."""

"""Files of quizzes that leave the house: columns and rows for the one workbook writer."""

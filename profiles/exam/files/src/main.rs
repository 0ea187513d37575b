use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

fn main() -> std::io::Result<()> {
    for round in 0..3 {
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open("/room/file.txt")?;
        write!(file, "round {round}")?;
        file.seek(SeekFrom::Start(6))?;
        let mut end = String::new();
        file.read_to_string(&mut end)?;
        println!("{end}");
    }
    std::fs::remove_file("/room/file.txt")?;
    println!("{:?}", File::open("/room/file.txt").map_err(|error| error.kind()).err());
    Ok(())
}
